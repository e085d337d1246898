/** The alert rules: as promtool tests them, and only about what is exported. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const file = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const RULES = file('docs/alerts.yml');
const TESTS = file('docs/alerts.test.yml');
const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
const skip = hasPromtool ? false : 'there is no promtool: on Debian and Ubuntu, apt-get install prometheus';

describe('the alert rules', () => {
  for (const [what, args] of Object.entries({ 'are well-formed': ['check', 'rules', RULES], 'stand when they should, and only then': ['test', 'rules', TESTS] })) {
    it(what, { skip }, () => {
      const { status, stdout, stderr } = spawnSync('promtool', args, { encoding: 'utf8' });
      assert.equal(status, 0, stdout + stderr);
    });
  }

  it('about solvency ask for what the exporter tells', () => {
    const [group] = /- name: breakwater-solvency[\s\S]*?(?=\n {2}#|\n {2}- name)/.exec(readFileSync(RULES, 'utf8'));
    const asked = new Set(group.match(/breakwater_[a-z_]+/g));
    const exporter = readFileSync(file('clients/examples/exporter.js'), 'utf8');
    const told = new Set([...exporter.matchAll(/(?:gauge|counter)\('([a-z_]+)'/g)].map(([, name]) => `breakwater_${name}`));
    assert.ok(asked.size > 10 && told.size > 10);
    assert.deepEqual([...asked].filter((name) => !told.has(name)), []);
  });

  it('about solvency are all tested', () => {
    const [group] = /- name: breakwater-solvency[\s\S]*?(?=\n {2}#|\n {2}- name)/.exec(readFileSync(RULES, 'utf8'));
    const rules = [...group.matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
    const firing = readFileSync(TESTS, 'utf8').split(/- (?:\{ )?eval_time/).slice(1).filter((test) => !/exp_alerts: \[\]/.test(test));
    const tested = new Set(firing.map((test) => /alertname: (\w+)/.exec(test)[1]));
    assert.deepEqual(rules.filter((name) => !tested.has(name)), []);
  });
});
