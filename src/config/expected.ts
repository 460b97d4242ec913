/** What a variable should have held instead; completes "NAME: expected …". */
export class Expected extends Error {}
