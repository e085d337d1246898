/**
 * The time of a replay: a position on the tape, in milliseconds from its start. It runs at any
 * speed, stands still, and can be put anywhere.
 */

import { BadInput } from './errors.js';

export const AT_END = ['stop', 'loop', 'bounce'];
export const MAX_SPEED = 10_000;
const MIN_SPEED = 0.01;

export class Clock {
  #elapsedMs = 0;
  #sinceMs;
  #now;

  /**
   * @param {object} options
   * @param {number} options.durationMs length of the tape
   * @param {number} [options.speed] tape time per real time
   * @param {boolean} [options.paused]
   * @param {'stop' | 'loop' | 'bounce'} [options.atEnd] hold the last price, start again, or play
   *   backwards (the only one of the three without a jump)
   * @param {() => number} [options.now] real time in milliseconds; for tests
   */
  constructor({ durationMs, speed = 1, paused = false, atEnd = 'stop', now = () => performance.now() }) {
    if (!AT_END.includes(atEnd)) throw new BadInput(`at the end: one of ${AT_END}, not ${atEnd}`);
    this.durationMs = durationMs;
    this.atEnd = atEnd;
    this.speed = checkedSpeed(speed);
    this.paused = paused;
    this.#now = now;
    this.#sinceMs = now();
  }

  get positionMs() {
    const elapsed = this.#elapsed();
    const { durationMs } = this;
    if (this.atEnd === 'stop') return Math.min(elapsed, durationMs);
    if (this.atEnd === 'loop') return elapsed % durationMs;
    const round = elapsed % (2 * durationMs);
    return round <= durationMs ? round : 2 * durationMs - round;
  }

  get ended() {
    return this.atEnd === 'stop' && this.#elapsed() >= this.durationMs;
  }

  /** How often the tape has been played to its end. */
  get rounds() {
    return Math.floor(this.#elapsed() / this.durationMs);
  }

  pause() {
    this.#settle();
    this.paused = true;
  }

  resume() {
    this.#settle();
    this.paused = false;
  }

  setSpeed(speed) {
    const checked = checkedSpeed(speed);
    this.#settle();
    this.speed = checked;
  }

  seek(positionMs) {
    if (!(Number.isFinite(positionMs) && positionMs >= 0 && positionMs <= this.durationMs)) {
      throw new BadInput(`a position is from 0 to ${this.durationMs} ms`);
    }
    this.#settle();
    this.#elapsedMs = positionMs;
  }

  /** Forwards by so much, running or not. */
  step(ms) {
    if (!(Number.isFinite(ms) && ms > 0 && ms <= this.durationMs)) {
      throw new BadInput(`a step is more than 0 and at most ${this.durationMs} ms`);
    }
    this.#settle();
    this.#elapsedMs += ms;
  }

  #elapsed() {
    const running = this.paused ? 0 : (this.#now() - this.#sinceMs) * this.speed;
    return this.#elapsedMs + running;
  }

  #settle() {
    this.#elapsedMs = this.#elapsed();
    this.#sinceMs = this.#now();
  }
}

function checkedSpeed(speed) {
  if (typeof speed === 'number' && speed >= MIN_SPEED && speed <= MAX_SPEED) return speed;
  throw new BadInput(`a speed is a number from ${MIN_SPEED} to ${MAX_SPEED}, not ${speed}`);
}
