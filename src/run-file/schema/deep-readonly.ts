/** Plain data as its readers see it: nothing in it can be assigned. */
export type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T
