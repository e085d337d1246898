import { capabilities, snapshot } from '../state.js';
import { Generic } from '../ui/generic.js';
import { Empty, Panel } from '../ui/parts.js';

export function Contagion() {
  const there = capabilities.value.apis.has('contagionApi');
  const { contagion } = snapshot.value ?? {};
  return (
    <Panel id="contagion" title="Contagion" span={3} hint="How far losses in one place would reach others.">
      {!snapshot.value ? <Empty>It appears with the first block.</Empty> : !there ? <Empty>This chain has no contagion index.</Empty> : contagion ? <Generic value={contagion} /> : null}
    </Panel>
  );
}
