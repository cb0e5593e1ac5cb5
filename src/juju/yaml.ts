// Values as the hook tools read them from a file or from standard input.

/**
 * JSON, which Juju reads as YAML. That refuses U+007F and reads U+0085 as a space where JSON leaves both as they are, so all that is not
 * ASCII is escaped; but no surrogates: YAML knows only whole characters.
 */
export const yamlOf = (values: Readonly<Record<string, string>>): string =>
  JSON.stringify(values).replace(/[\u007f-\ud7ff\ue000-\uffff]/g, letter => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);
