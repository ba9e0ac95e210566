// What vite.config.ts makes of shared/locale: the English texts, and what loads the others.
declare module "virtual:languages" {
  export const texts: Partial<Record<string, string>>;
  export const languages: Partial<Record<string, () => Promise<Partial<Record<string, string>>>>>;
}

// The English texts that only the form says.
declare module "virtual:texts/form" {
  export const texts: Partial<Record<string, string>>;
}

// What it makes of a file that is loaded when it is used: a load that is a repeat has a number.
declare module "virtual:part/addressees" {
  const load: (again?: number) => Promise<typeof import("./addressees.ts")>;
  export default load;
}
declare module "virtual:part/dialog" {
  const load: (again?: number) => Promise<typeof import("./dialog.ts")>;
  export default load;
}
declare module "virtual:part/invite-form" {
  const load: (again?: number) => Promise<typeof import("./invite-form.ts")>;
  export default load;
}
