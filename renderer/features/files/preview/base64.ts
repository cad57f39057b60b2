/** The bytes that base64 stands for; what is damaged gives none. */
export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  try {
    const text = atob(base64);
    const bytes = new Uint8Array(text.length);
    for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
    return bytes;
  } catch {
    // Not base64: nothing can be shown of it.
    return new Uint8Array();
  }
}
