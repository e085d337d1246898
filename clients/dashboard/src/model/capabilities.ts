/** What a chain can be asked, as its metadata says. */

export interface Capabilities {
  /** Names as in `insuranceApi`, and their methods. */
  readonly apis: ReadonlyMap<string, ReadonlySet<string>>;
  /** Names as in `insurance`. */
  readonly pallets: ReadonlySet<string>;
}

/** The part of `ApiPromise` that this needs. */
export interface ApiSurface {
  readonly call: object;
  readonly runtimeMetadata: { readonly asLatest: { readonly pallets: Iterable<{ readonly name: { toString(): string } }> } };
}

export function capabilitiesOf({ call, runtimeMetadata }: ApiSurface): Capabilities {
  const apis = Object.entries(call).map(([name, methods]) => [name, new Set(Object.keys(methods as object))] as const);
  const pallets = [...runtimeMetadata.asLatest.pallets].map(({ name }) => lowerFirst(name.toString()));
  return { apis: new Map(apis), pallets: new Set(pallets) };
}

const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);
