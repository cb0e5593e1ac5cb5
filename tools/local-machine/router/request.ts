// A client's command, read as far as a router needs it. Its statements (documents, updates, deletes) are left as bytes.
import { Binary } from 'mongodb';
import { type Document, decodeWithout, documentsOf, firstName, pick } from './documents.ts';
import { divideDocuments, flags, type Message } from './wire.ts';

export type Request = {
  readonly message: Message;
  readonly name: string;
  readonly db: string;
  /** The collection that the command names, '' when it names none. */
  readonly collection: string;
  /** All fields but the statements. Of an update, `upsert` says whether a statement is one. */
  readonly command: Document;
  readonly statements: { readonly field: string; readonly documents: readonly Buffer[] } | undefined;
  /** The client waits for no reply. */
  readonly silent: boolean;
  /** The id of the session, in hexadecimal digits; '' when there is none. */
  readonly session: string;
  readonly inTransaction: boolean;
};

/** @throws {Error} when the message's documents are malformed. */
export const readRequest = (message: Message): Request => {
  const name = firstName(message.body);
  const field = statementFields[name];
  const command = decodeWithout(message.body, field === undefined ? [] : [field]);
  const documents = field === undefined ? undefined : statementsOf(message, field);
  if (name === 'update') command.upsert = documents?.some(statement => pick(statement, ['upsert']).upsert) ?? false;
  const id = command.lsid?.id;
  return {
    message,
    name,
    db: String(command.$db ?? ''),
    collection: collectionOf(name, command),
    command,
    statements: field === undefined || documents === undefined ? undefined : { field, documents },
    silent: (message.flags & flags.moreToCome) !== 0,
    session: id instanceof Binary ? Buffer.from(id.value()).toString('hex') : '',
    inTransaction: command.autocommit === false,
  };
};

const statementFields: Readonly<Record<string, string>> = { insert: 'documents', update: 'updates', delete: 'deletes' };

const statementsOf = ({ body, sequences }: Message, field: string): Buffer[] | undefined => {
  const beside = sequences.find(({ name }) => name === field);
  return beside === undefined ? documentsOf(body, field) : divideDocuments(beside.documents);
};

const collectionOf = (name: string, command: Document): string => {
  const value = name === 'getMore' ? command.collection : name === 'explain' ? Object.values(command.explain ?? {})[0] : command[name];
  return typeof value === 'string' ? value : '';
};
