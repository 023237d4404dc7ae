// The page of the API: Swagger UI over our schema, dark where the system is.

const dark = matchMedia("(prefers-color-scheme: dark)");

function follow() {
  document.documentElement.classList.toggle("dark-mode", dark.matches);
}

// A session that tries a change shows its CSRF token, as every page of Roster does.
function sign(request) {
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
  if (token && request.method !== "GET") request.headers["X-CSRFToken"] = token;
  return request;
}

follow();
dark.addEventListener("change", follow);

window.SwaggerUIBundle({
  url: document.getElementById("api-docs").dataset.schema,
  dom_id: "#api-docs",
  presets: [window.SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  requestInterceptor: sign,
});
