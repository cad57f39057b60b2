/** One section of the probe's output. */
export interface Section {
  /** Without the '|'. Of a limited command without its "exit N" line. */
  lines: string[];
  /** Exit codes of the limited commands in it, in order. */
  exits: number[];
  /** The last limited command was cut off or had to be ended. Meaningless for sections that run none. */
  cutOff: boolean;
}

const maxLineLength = 4_096;
const maxLines = 4_096;

/**
 * Takes the probe's sections out of whatever else came along (a noisy login prints before, a background job amid).
 * Only lines that start with the nonce are marks, only lines that start with '|' inside a section are data. Total: any
 * bytes give some map. A section that comes twice counts the first time only.
 */
export function readFrame(output: Uint8Array, nonce: string): Map<string, Section> {
  const sections = new Map<string, Section>();
  let open: { name: string; section: Section } | null = null;
  // Programs there may end their lines as Windows does, or be cut off in mid-write.
  const text = new TextDecoder().decode(output).replace(/[\0\r]/g, '');
  for (const raw of text.split('\n')) {
    if (raw.startsWith('|')) {
      if (open && open.section.lines.length < maxLines) open.section.lines.push(raw.slice(1, maxLineLength));
    } else if (raw.startsWith(nonce)) {
      const [, verb, name] = /^ (begin|end) ([a-z-]{1,40})$/.exec(raw.slice(nonce.length)) ?? [];
      if (verb === 'begin' && name && !sections.has(name)) {
        open = { name, section: { lines: [], exits: [], cutOff: false } };
        sections.set(name, open.section);
      } else if (verb === 'end' || verb === 'begin') {
        open = null;
      }
    }
  }
  for (const section of sections.values()) takeExits(section);
  return sections;
}

/** Each limited command prints an empty line and "exit N" behind its output. */
function takeExits(section: Section): void {
  const last = section.lines.at(-1);
  section.cutOff = last === undefined || !/^exit \d{1,3}$/.test(last) || last === 'exit 137';
  section.lines = section.lines.filter((line, at) => {
    const match = section.lines[at - 1] === '' ? /^exit (\d{1,3})$/.exec(line) : null;
    if (match) section.exits.push(Number(match[1]));
    return !match && line !== '';
  });
}

/** The key=value lines of a section; the first of each key counts. */
export function pairs(section: Section | undefined): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of section?.lines ?? []) {
    const at = line.indexOf('=');
    const key = line.slice(0, at);
    if (at > 0 && !found.has(key)) found.set(key, line.slice(at + 1));
  }
  return found;
}
