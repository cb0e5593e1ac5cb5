// Numbers as Go prints them where JavaScript differs.

/** A number that is a float64 in Go even when it is whole: a million is printed as 1e+06 in YAML. */
export type GoFloat = { readonly float: number; readonly [goFloatMark]: true };
const goFloatMark = Symbol('go float64');

/** Marks a number as a float64. */
export const goFloat = (value: number): GoFloat => ({ float: value, [goFloatMark]: true });

export const isGoFloat = (value: unknown): value is GoFloat => typeof value === 'object' && value !== null && goFloatMark in value;

/** Go's `%g` with the shortest digits: an exponent, of two digits or more, below 1e-4 and from 1e+06 on. */
export const shortestFloat = (value: number): string => {
  if (Number.isNaN(value)) return '.nan';
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf';
  const [digits = '0', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent >= 6 || exponent < -4) return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  return Object.is(value, -0) ? '-0' : String(value);
};
