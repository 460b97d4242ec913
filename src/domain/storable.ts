/** Which texts the database can keep: none with NUL, and none with half a character. */
export const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\0');
