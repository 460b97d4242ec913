/** The environment as the settings are read from it: variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;
