// The shape of names, for every room. A sign has one place where it can belong, so that a text which fits nowhere is refused at once.

/** An application's name, and a charm's or a storage's: words between hyphens, each with a letter. For use within a larger pattern. */
export const applicationName = '[a-z][a-z0-9]*(?:-[0-9]*[a-z][a-z0-9]*)*';
const wholeName = new RegExp(`^${applicationName}$`);
const unitName = new RegExp(`^${applicationName}/(?:0|[1-9][0-9]*)$`);
const storageId = new RegExp(`^${applicationName}/[0-9]+$`);

export const isApplicationName = (text: string): boolean => wholeName.test(text);

/** `prov/0` */
export const isUnitName = (text: string): boolean => unitName.test(text);

/** `data/0` */
export const isStorageId = (text: string): boolean => storageId.test(text);

export const isModelName = (text: string): boolean => /^[a-z0-9][a-z0-9-]*$/.test(text);
