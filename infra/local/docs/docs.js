SwaggerUIBundle({
  url: "openapi.yaml",
  domNode: document.getElementById("api"),
  deepLinking: true, // #/invites/createInvite
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  validatorUrl: null, // it would be somebody else's server
});
