/**
 * Where a text stops being JSON: JSON.parse says that of some mistakes only. Call it for texts that JSON.parse has refused.
 * The offset of the first character that cannot be, or the text's length where it just ends.
 */
export function offsetOfMistake(text: string): number {
  const scan = new Scanner(text);
  try {
    scan.value();
    scan.space();
    return scan.at;
  } catch (error) {
    if (error === mistake) return scan.at;
    // Nested deeper than can be followed: somewhere in there.
    if (error instanceof RangeError) return 0;
    throw error;
  }
}

const mistake = Symbol('mistake');
const scalar =
  /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const text = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const blank = /[ \t\r\n]*/y;

class Scanner {
  at = 0;
  readonly #text: string;

  constructor(given: string) {
    this.#text = given;
  }

  space(): void {
    this.#take(blank);
  }

  value(): void {
    this.space();
    const first = this.#text[this.at];
    if (first === '{')
      this.#list('}', () => {
        this.#need(this.#take(text));
        this.space();
        this.#need(this.#sign(':'));
        this.value();
      });
    else if (first === '[') this.#list(']', () => this.value());
    else this.#need(this.#take(scalar));
  }

  #list(end: string, item: () => void): void {
    this.at += 1;
    this.space();
    if (this.#sign(end)) return;
    for (;;) {
      this.space();
      item();
      this.space();
      if (this.#sign(end)) return;
      this.#need(this.#sign(','));
    }
  }

  #sign(sign: string): boolean {
    if (this.#text[this.at] !== sign) return false;
    this.at += 1;
    return true;
  }

  #take(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.#text);
    if (found) this.at += found[0].length;
    return found !== null;
  }

  #need(found: boolean): void {
    if (!found) throw mistake;
  }
}
