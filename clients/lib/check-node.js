/** Says once, before the tests, that there is no node to test, rather than once for every test. */

import { nodeBinary } from './node.js';

try {
  console.log(`testing ${nodeBinary()}`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
