/** Reads the number constants of a template by Go's rules: bases, underscores, what fits into an int64. */

export interface NumberConstant {
  /** Set where the constant is a whole number that fits into a signed or unsigned 64-bit integer. */
  readonly int: bigint | undefined;
  readonly float: number;
  /** Written as a float, which it then is even where its value is whole. */
  readonly isFloat: boolean;
}

const DECIMAL_FLOAT = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const HEX_FLOAT = /^([+-]?)0x([0-9a-f]*)\.?([0-9a-f]*)p([+-]?[0-9]+)$/i;

/** The constant, or what Go says is wrong with it. */
export function parseNumber(text: string): NumberConstant | string {
  const int = parseInteger(text);
  if (int !== undefined && int < 1n << 64n && int >= -(1n << 63n)) {
    return { int, float: Number(int), isFloat: false };
  }
  const float = parseFloat64(text);
  if (float === undefined) return `illegal number syntax: ${JSON.stringify(text)}`;
  if (!/[.eEpP]/.test(text)) return `integer overflow: ${JSON.stringify(text)}`;
  return { int: undefined, float, isFloat: true };
}

function parseInteger(text: string): bigint | undefined {
  const [, sign = '', digits = ''] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  if (!underscoresSeparate(digits)) return undefined;
  const plain = digits.replaceAll('_', '');
  const octal = /^0[0-7]+$/.test(plain) ? `0o${plain.slice(1)}` : plain;
  if (!/^(?:0x[0-9a-f]+|0o[0-7]+|0b[01]+|0|[1-9][0-9]*)$/i.test(octal)) return undefined;
  return sign === '-' ? -BigInt(octal) : BigInt(octal);
}

function parseFloat64(text: string): number | undefined {
  if (text.includes('_') && !underscoresSeparate(text.replace(/^[+-]/, ''))) return undefined;
  const plain = text.replaceAll('_', '');
  const value = DECIMAL_FLOAT.test(plain) ? Number(plain) : parseHexFloat(plain);
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

function parseHexFloat(text: string): number | undefined {
  const [, sign = '', whole = '', fraction = '', exponent = ''] = HEX_FLOAT.exec(text) ?? [];
  if (whole + fraction === '') return undefined;
  const value = Number(BigInt(`0x${whole}${fraction}`)) * 2 ** (Number(exponent) - 4 * fraction.length);
  return sign === '-' ? -value : value;
}

/** An underscore stands between two digits, or between a base prefix and a digit. */
function underscoresSeparate(digits: string): boolean {
  return !/^_|__|_$|[^0-9a-f]_|_[^0-9a-f]/i.test(digits.replace(/^0[xob]_/i, '0'));
}
