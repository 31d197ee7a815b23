/** Says what long work is at; called often, and asks for the words only when they are shown. */
export type Tell = (text: () => string) => Promise<void>;
