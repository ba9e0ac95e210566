// An issuer by oidc-provider, as docs/sign-in.md sets one up: node provider.mjs PORT.
import Provider from "oidc-provider";

const port = process.argv[2];
const audience = "https://invites.example.com";
const people = {
  ada: { tenants: ["acme"], permissions: ["users:admin", "settings:admin"], name: "Ada Example", email: "ada@example.com" },
  gil: { tenants: ["acme", "globex"], permissions: ["users:admin"], name: "Gil Example", email: "gil@example.com" },
  vera: { tenants: [], permissions: [], name: "Vera Example", email: "vera@example.com" },
};
const code = {
  redirect_uris: ["https://console.example.com/callback"], response_types: ["code"], grant_types: ["authorization_code"], token_endpoint_auth_method: "none",
};

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    { client_id: "console", application_type: "web", ...code },
    { client_id: "backend", client_secret: "secret", redirect_uris: [], response_types: [], grant_types: ["client_credentials"] },
  ],
  scopes: ["openid", "invites:service"],
  features: {
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => audience,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({ scope: "invites:service", accessTokenFormat: "jwt", jwt: { sign: { alg: "RS256" } } }),
    },
  },
  findAccount: (_, id) => people[id] && { accountId: id, claims: () => ({ sub: id }) },
  extraTokenClaims: (_, token) => {
    const person = people[token.accountId];
    return person && { name: person.name, email: person.email, app: { tenant: person.tenants, permissions: person.permissions } };
  },
});
provider.listen(port, "127.0.0.1");
