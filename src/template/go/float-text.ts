/** Writes floating-point numbers as Go's strconv.FormatFloat does. */

/** The digits without trailing zeros, and where the decimal point stands among them. */
interface Digits {
  readonly text: string;
  readonly point: number;
}

/** Without a precision: the fewest digits that read back as the same number. */
export function floatText(value: number, verb: 'e' | 'f' | 'g', precision?: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  return sign + unsignedText(Math.abs(value), verb, precision);
}

function unsignedText(value: number, verb: 'e' | 'f' | 'g', precision: number | undefined): string {
  if (precision === undefined) {
    const digits = shortest(value);
    if (verb === 'e') return scientific(digits, Math.max(digits.text.length - 1, 0));
    if (verb === 'f') return plain(digits, Math.max(digits.text.length - digits.point, 0));
    return general(digits, digits.text.length, 6);
  }
  const all = exact(value);
  if (verb === 'e') return scientific(rounded(all, precision + 1), precision);
  if (verb === 'f') return plain(rounded(all, all.point + precision), precision);
  const wanted = precision || 1;
  const digits = rounded(all, wanted);
  const { length } = digits.text;
  return general(digits, wanted, wanted > length && length >= digits.point ? length : wanted);
}

function general(digits: Digits, precision: number, largest: number): string {
  const exponent = digits.point - 1;
  const { length } = digits.text;
  if (exponent < -4 || exponent >= largest) return scientific(digits, Math.min(precision, length) - 1);
  return plain(digits, Math.max((precision > digits.point ? length : precision) - digits.point, 0));
}

function scientific({ text, point }: Digits, precision: number): string {
  const fraction = precision > 0 ? `.${text.slice(1, precision + 1).padEnd(precision, '0')}` : '';
  const exponent = text === '' ? 0 : point - 1;
  return `${text[0] ?? '0'}${fraction}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

function plain({ text, point }: Digits, precision: number): string {
  const whole = point > 0 ? text.slice(0, point).padEnd(point, '0') : '0';
  if (precision <= 0) return whole;
  const fraction = point > 0 ? text.slice(point) : '0'.repeat(-point) + text;
  return `${whole}.${fraction.slice(0, precision).padEnd(precision, '0')}`;
}

function shortest(value: number): Digits {
  const [, whole = '', fraction = '', exponent = '0'] =
    /^(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(value.toExponential()) ?? [];
  return normal(whole + fraction, Number(exponent) + 1);
}

/** Every float is a whole number times a power of two, and so has an end in decimal too. */
function exact(value: number): Digits {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const raw = bits.getBigUint64(0);
  const biased = Number(raw >> 52n);
  const mantissa = (raw & ((1n << 52n) - 1n)) | (biased === 0 ? 0n : 1n << 52n);
  const exponent = Math.max(biased, 1) - 1075;
  if (exponent >= 0) {
    const text = String(mantissa << BigInt(exponent));
    return normal(text, text.length);
  }
  const text = String(mantissa * 5n ** BigInt(-exponent));
  return normal(text, text.length + exponent);
}

function normal(text: string, point: number): Digits {
  const trimmed = text.replace(/0+$/, '');
  return trimmed === '' ? { text: '', point: 0 } : { text: trimmed, point };
}

/** Rounded to so many digits, half to even. */
function rounded({ text, point }: Digits, count: number): Digits {
  if (count >= text.length) return { text, point };
  if (count < 0) return { text: '', point: 0 };
  const rest = text.slice(count);
  const kept = text.slice(0, count);
  const half = rest === '5' ? 'even' : rest >= '5' ? 'up' : 'down';
  const up = half === 'up' || (half === 'even' && Number(kept.at(-1) ?? 0) % 2 === 1);
  if (!up) return normal(kept, point);
  const raised = String(BigInt(kept || '0') + 1n).padStart(count, '0');
  return normal(raised, point + raised.length - Math.max(count, 0));
}
