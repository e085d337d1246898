/** Something the user gave us is wrong. The message says what, and what would be right. */
export class BadInput extends Error {
  constructor(message) {
    super(message);
    this.name = 'BadInput';
  }
}
