/**
 * Plain YAML scalars as SkyPilot's parser (PyYAML, YAML 1.1) reads them. Task files were written for that parser: `yes`
 * is a boolean to it, `1e-4` is a string and `0.10` a float, and what it makes of a value is what a run's environment gets.
 */
export type ScalarType = 'string' | 'int' | 'float' | 'bool' | 'null' | 'timestamp';

const patterns: readonly [ScalarType, RegExp][] = [
  ['null', /^(?:~|null|Null|NULL|)$/],
  ['bool', /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/],
  [
    'int',
    /^(?:[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/,
  ],
  [
    'float',
    /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/,
  ],
  [
    'timestamp',
    /^(?:\d{4}-\d\d-\d\d|\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?)$/,
  ],
];

// Longer plain scalars are text whatever they look like; it keeps the patterns off hostile input.
const longestTyped = 400;

export function typeOfPlain(text: string): ScalarType {
  if (text.length > longestTyped) return 'string';
  return patterns.find(([, pattern]) => pattern.test(text))?.[0] ?? 'string';
}

const truthy = new Set(['yes', 'true', 'on']);

export const boolOf = (text: string): boolean => truthy.has(text.toLowerCase());

/** The integer a plain scalar of type `int` stands for; exact, however many digits. */
export function intOf(text: string): bigint {
  const bare = text.replaceAll('_', '');
  const sign = bare.startsWith('-') ? -1n : 1n;
  const digits = bare.replace(/^[-+]/, '');
  if (digits.startsWith('0b')) return sign * BigInt(digits === '0b' ? '0' : digits);
  if (digits.startsWith('0x')) return sign * BigInt(digits === '0x' ? '0' : digits);
  if (digits.includes(':')) return sign * sexagesimal(digits);
  if (digits.length > 1 && digits.startsWith('0')) return sign * BigInt(`0o${digits.slice(1)}`);
  return sign * BigInt(digits);
}

const sexagesimal = (digits: string): bigint =>
  digits.split(':').reduce((sum, part) => sum * 60n + BigInt(part), 0n);

export function floatOf(text: string): number {
  const bare = text.replaceAll('_', '').toLowerCase();
  if (/^[-+]?\.inf$/.test(bare)) return bare.startsWith('-') ? -Infinity : Infinity;
  if (bare === '.nan') return Number.NaN;
  if (bare.includes(':')) {
    const sign = bare.startsWith('-') ? -1 : 1;
    return (
      sign *
      bare
        .replace(/^[-+]/, '')
        .split(':')
        .reduce((sum, part) => sum * 60 + Number(part), 0)
    );
  }
  return Number(bare);
}

/** What Python's str() gives for it: the text an environment variable gets. */
export function pythonText(type: ScalarType, text: string): string {
  if (type === 'bool') return boolOf(text) ? 'True' : 'False';
  if (type === 'int') return intOf(text).toString();
  if (type === 'float') return pythonFloat(floatOf(text));
  if (type === 'null') return 'None';
  return text;
}

/** Python's repr of a float: shortest digits, an exponent below 1e-4 and from 1e16 on. */
export function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const [mantissa = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) {
    const sign = exponent < 0 ? '-' : '+';
    return `${mantissa}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const negative = mantissa.startsWith('-') ? '-' : '';
  const digits = mantissa.replace(/[-.]/g, '');
  if (exponent < 0) return `${negative}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${negative}${whole}.${digits.slice(exponent + 1) || '0'}`;
}
