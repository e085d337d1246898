/** A node's source file, turned from the real exchanges to a replay of them. */

/**
 * The same sources, asked at `<origin>/<venue>` instead of where the exchange is.
 *
 * @param {{ sources: { feed: string, venue: string, url: string }[] }} config as in docs/oracle-sources.json
 * @param {string} origin of a replay server
 * @param {{ venues?: string[], feeds?: string[] }} [only] leaves out all others
 */
export function sourcesAt(config, origin, { venues, feeds } = {}) {
  const kept = config.sources.filter(
    ({ venue, feed }) => (venues?.includes(venue) ?? true) && (feeds?.includes(feed) ?? true),
  );
  const sources = kept.map((source) => ({ ...source, url: `${origin}/${source.venue}${pathOf(source.url)}` }));
  return { ...config, sources };
}

// Not by `new URL`, which would write a template's braces differently.
const pathOf = (url) => url.replace(/^[a-z]+:\/\/[^/]+/, '');
