// The Juju whose behaviour this one follows, and the names it gives its controller and cloud.
export const jujuVersion = '3.6.28';
export const controllerName = 'local';
export const cloudName = 'local';
export const regionName = 'localhost';
