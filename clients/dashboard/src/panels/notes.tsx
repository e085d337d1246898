import { dismiss, notes } from '../wallet/wallet.js';

/** What became of the page's own transactions. */
export function Notes() {
  return (
    <div class="notes" role="status" aria-live="polite">
      {notes.value.map(({ id, title, state, text }) => (
        <div class={`note-card ${state}`} key={id}>
          <strong>
            <span aria-hidden="true">{state === 'done' ? '✓' : state === 'failed' ? '✗' : '…'}</span> {title}
          </strong>
          <span>{text}</span>
          {state !== 'pending' && (
            <button type="button" class="quiet" aria-label={`Dismiss: ${title}`} onClick={() => dismiss(id)}>
              ×
            </button>
          )}
        </div>
      ))}
    </div>
  );
}
