/** The things that cross the boundary, by subject. */

export * from './models/accounts.ts';
export * from './models/app.ts';
export * from './models/backups.ts';
export * from './models/chat.ts';
export * from './models/coverage.ts';
export * from './models/keys.ts';
export * from './models/plans.ts';
export * from './models/resources.ts';
