// What a bare word of YAML 1.1 means to Go's yaml.v2; words that mean something else than themselves are quoted.

const words = new Set(
  ['y Y yes Yes YES true True TRUE on On ON n N no No NO false False FALSE off Off OFF', '~ null Null NULL .nan .NaN .NAN', '<<']
    .concat(['.inf .Inf .INF +.inf +.Inf +.INF -.inf -.Inf -.INF'])
    .flatMap(line => line.split(' ')),
);

/** Would the text, unquoted, be read as a string? Sexagesimal numbers would be, but are quoted for the sake of other readers. */
export const readsAsText = (text: string): boolean =>
  text !== '' && !words.has(text) && !isTimestamp(text) && !isNumber(text.replaceAll('_', '')) && !isNumber(text) && !isSexagesimal(text);

const isNumber = (text: string): boolean =>
  /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/.test(text) || // a float, or an integer in decimal or octal
  /^[-+]?0([xX][0-9a-fA-F]+|[oO][0-7]+|[bB][01]+)$/.test(text);

const isSexagesimal = (text: string): boolean => /^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?$/.test(text);

const isTimestamp = (text: string): boolean => {
  const parts = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:([Tt ])(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.\d+)?(Z|[-+]\d\d:\d\d)?)?$/.exec(text);
  if (parts === null) return false;
  const [, year, month, day, divider, hour = '0', minute = '0', second = '0', zone] = parts;
  if (divider !== undefined && (divider === ' ') !== (zone === undefined)) return false;
  const days = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  const inYear = Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= days;
  return inYear && Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;
};
