// Figures of many runs in a few numbers.

/** The median, and the quartiles around it. */
export type Spread = { median: number; low: number; high: number };

/** @throws when there is nothing to tell of. */
export const spreadOf = (values: readonly number[]): Spread => {
  if (values.length === 0) throw new Error('no figures to take a median of');
  const sorted = [...values].sort((a, b) => a - b);
  return { median: quantile(sorted, 0.5), low: quantile(sorted, 0.25), high: quantile(sorted, 0.75) };
};

/** Between two neighbours it lies on the line that joins them. */
const quantile = (sorted: readonly number[], part: number): number => {
  const at = (sorted.length - 1) * part;
  const below = sorted[Math.floor(at)]!;
  return below + (sorted[Math.ceil(at)]! - below) * (at - Math.floor(at));
};

/** `y = base + slope × x` by least squares. `fit` is the part of the variance that the line explains (R²). */
export type Line = { base: number; slope: number; fit: number };

/** @throws when all x are the same, through which no line goes. */
export const lineThrough = (points: readonly (readonly [x: number, y: number])[]): Line => {
  const mean = (of: readonly number[]) => of.reduce((sum, value) => sum + value, 0) / of.length;
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [middleX, middleY] = [mean(xs), mean(ys)];
  const spreadX = xs.reduce((sum, x) => sum + (x - middleX) ** 2, 0);
  if (!(spreadX > 0)) throw new Error('a line needs points at two places at least');
  const slope = points.reduce((sum, [x, y]) => sum + (x - middleX) * (y - middleY), 0) / spreadX;
  const base = middleY - slope * middleX;
  const rest = points.reduce((sum, [x, y]) => sum + (y - base - slope * x) ** 2, 0);
  const whole = ys.reduce((sum, y) => sum + (y - middleY) ** 2, 0);
  return { base, slope, fit: whole === 0 ? 1 : 1 - rest / whole };
};
