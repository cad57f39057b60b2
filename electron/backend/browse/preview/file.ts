/** A file that is looked into. */
export interface PreviewFile {
  name: string;
  bytes: number;
  /** Its beginning. */
  head: Buffer;
  /** Any of its bytes; fewer at its end. What the head has is not read again. */
  read(offset: number, length: number): Promise<Buffer>;
}
