// What vite.config.ts makes of shared/locale: the English texts, and what loads the others.
declare module "virtual:languages" {
  export const texts: Partial<Record<string, string>>;
  export const languages: Partial<Record<string, () => Promise<Partial<Record<string, string>>>>>;
}
