// The driver. Imported only when a connection is made, for loading it costs a hook more than Node itself does.
export { Double, MongoClient } from 'mongodb';
