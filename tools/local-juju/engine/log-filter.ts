// Which lines the debug log keeps, by the model's `logging-config`.
import type { Model } from '../state.ts';

const levels = ['TRACE', 'DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'];

/** Units' own output is kept from DEBUG on, all else from INFO, unless the model says otherwise. */
export const isLogged = (model: Model, module: string, level: string): boolean => {
  const rules = parseRules(String(model.config['logging-config'] ?? '<root>=INFO;unit=DEBUG'));
  let best = '';
  for (const name of Object.keys(rules)) if ((module === name || module.startsWith(`${name}.`)) && name.length > best.length) best = name;
  const least = rules[best] ?? rules['<root>'] ?? 'WARNING';
  return levels.indexOf(level) >= levels.indexOf(least);
};

const parseRules = (text: string): Record<string, string> =>
  Object.fromEntries(
    text.split(/[;,]/).flatMap(rule => {
      const [name, level] = rule.split('=');
      return name && level && levels.includes(level.trim().toUpperCase()) ? [[name.trim(), level.trim().toUpperCase()]] : [];
    }),
  );
