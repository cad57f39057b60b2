import { memo, type ReactNode } from 'react';
import type { LogLine, Span } from './ansi.ts';
import { spansOfRow } from './rows.ts';
import { cssColour, plain, type Style } from './style.ts';

/** More matches than this in one row are not marked. */
const maxMarks = 40;

/** One row of the log. */
export const LogRow = memo(function LogRow({
  line,
  part,
  columns,
  highlight,
  isHit,
  onLink,
}: {
  line: LogLine;
  part: number;
  columns: number;
  highlight: RegExp | null;
  isHit: boolean;
  onLink(url: string): void;
}) {
  const spans = spansOfRow(line, part, columns);
  return (
    <div className={isHit ? 'log__row log__row--hit' : 'log__row'}>
      {spans.length === 0 ? '\u00a0' : spans.map((span, index) => drawSpan(span, index, highlight, onLink))}
    </div>
  );
});

function drawSpan(
  span: Span,
  index: number,
  highlight: RegExp | null,
  onLink: (url: string) => void,
): ReactNode {
  const { link } = span.style;
  const text = highlight ? marked(span.text, highlight) : span.text;
  if (span.style === plain) return text;
  const look = styleOf(span.style);
  if (link !== null) {
    return (
      <button
        key={index}
        type="button"
        className="log__link"
        style={look}
        title={link}
        onClick={() => onLink(link)}
      >
        {text}
      </button>
    );
  }
  return (
    <span key={index} style={look}>
      {text}
    </span>
  );
}

function marked(text: string, highlight: RegExp): ReactNode {
  const pieces: ReactNode[] = [];
  let from = 0;
  for (const match of text.matchAll(highlight)) {
    if (match[0] === '' || pieces.length > maxMarks * 2) break;
    pieces.push(text.slice(from, match.index), <mark key={match.index}>{match[0]}</mark>);
    from = match.index + match[0].length;
  }
  return pieces.length === 0 ? text : [...pieces, text.slice(from)];
}

/** A program that chose its colours for a dark terminal is read on a light page too: hue and chroma stay, lightness is kept off the ground's. */
const legible = (colour: string): string =>
  colour.startsWith('var(')
    ? colour
    : `oklch(from ${colour} clamp(var(--log-darkest), l, var(--log-lightest)) c h)`;

function styleOf(style: Style) {
  const foreground = style.foreground === null ? null : cssColour(style.foreground);
  const background = style.background === null ? null : cssColour(style.background);
  const decoration = [style.underline ? 'underline' : '', style.strike ? 'line-through' : '']
    .join(' ')
    .trim();
  return {
    color: style.inverse
      ? (background ?? 'var(--sunken)')
      : foreground === null
        ? style.dim
          ? 'var(--ink-3)'
          : undefined
        : background === null
          ? legible(foreground)
          : foreground,
    background: style.inverse ? (foreground ?? 'var(--ink-2)') : (background ?? undefined),
    fontWeight: style.bold ? 700 : undefined,
    fontStyle: style.italic ? 'italic' : undefined,
    // A colour of its own is only softened a little: it must stay legible on every ground.
    opacity: style.dim && (style.inverse || foreground !== null) ? 0.85 : undefined,
    textDecoration: decoration === '' ? undefined : decoration,
  };
}
