import { duration, percent, shareOf } from '../model/format.js';
import { chain, pace, snapshot } from '../state.js';
import { Bar, Empty, Figure, Figures, Panel } from '../ui/parts.js';

export function Pipeline() {
  const now = snapshot.value;
  const { pipeline } = now ?? {};
  const used = pipeline ? Number(pipeline.used) / Math.max(1, Number(pipeline.budget)) : 0;
  return (
    <Panel id="pipeline" title="The chain" span={3} hint="At the beginning of each block: prices, breakers, health, liquidations, batches. Nobody can crowd that out.">
      {!now ? (
        <Empty>It appears with the first block.</Empty>
      ) : (
        <>
          <Figures>
            <Figure label="Block time" value={pace.value?.blockMs === undefined ? '–' : duration(pace.value.blockMs)} note="average of the last 60 seen" />
            <Figure label="Finality" value={pace.value?.finalityMs === undefined ? '–' : duration(pace.value.finalityMs)} note={pace.value && `${Math.max(0, pace.value.best - pace.value.final)} blocks behind`} />
            <Figure label="Last final block" value={pace.value?.final ?? '–'} />
            {pipeline && <Figure label="Batches" value={pipeline.cleared} note={pipeline.deferred > 0 ? `${pipeline.deferred} wait` : 'none wait'} tone={pipeline.deferred > 0 ? 'warn' : undefined} />}
          </Figures>
          {pipeline && (
            <p class="note">
              <Bar part={used} tone={used > 0.8 ? 'warn' : 'good'} label={`The pipeline used ${percent(shareOf(pipeline.used, pipeline.budget), 0)} of its budget`} />
              The pipeline used {percent(shareOf(pipeline.used, pipeline.budget), 0)} of its budget in this block.
            </p>
          )}
          <p class="note">{chain.value?.runtime}</p>
        </>
      )}
    </Panel>
  );
}
