// How a person names a model.

/** The name behind `local:admin/name`. */
export function bareModelName(name: string): string {
  return name.slice(name.indexOf(':') + 1).replace(/^admin\//, '');
}
