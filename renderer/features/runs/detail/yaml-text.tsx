import type { ReactNode } from 'react';

/** A YAML text to read: line numbers, keys and comments told apart. An editor would be much to load for that. */
export function YamlText({ text }: { text: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled by keys
    <pre className="code yaml" tabIndex={0}>
      {text
        .replace(/\n$/, '')
        .split('\n')
        .map((line, index) => ({ number: index + 1, line }))
        .map(({ number, line }) => (
          <span key={number} className="yaml__line">
            <span className="yaml__number" aria-hidden="true" data-number={number} />
            {drawLine(line)}
            {'\n'}
          </span>
        ))}
    </pre>
  );
}

/** Good enough to read by; a block's text that looks like a key is drawn like one. */
function drawLine(line: string): ReactNode {
  if (/^\s*#/.test(line)) return <span className="yaml__comment">{line}</span>;
  const key = /^(\s*(?:- )?)([\w./$-]+)(:)(?=\s|$)(.*)$/.exec(line);
  if (!key) return line;
  return (
    <>
      {key[1]}
      <span className="yaml__key">{key[2]}</span>
      {key[3]}
      {key[4]}
    </>
  );
}
