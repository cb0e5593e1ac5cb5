// Lets a mongod give up being primary, as its internal user: `node step-down.mjs <socket> <key file>`. One that is none refuses, which is fine.
import { readFileSync } from 'node:fs';
import { MongoClient } from 'mongodb';

const [socket = '', keyFile = ''] = process.argv.slice(2);
const key = readFileSync(keyFile, 'utf8').trim();
const auth = `__system:${encodeURIComponent(key)}`;
const client = new MongoClient(`mongodb://${auth}@${encodeURIComponent(socket)}/?authSource=local&directConnection=true`, {
  serverSelectionTimeoutMS: 3_000,
  authMechanism: 'SCRAM-SHA-256',
});
try {
  await client.db('admin').command({ replSetStepDown: 10, secondaryCatchUpPeriodSecs: 2 });
} finally {
  await client.close();
}
