// Starts Swagger UI, which the page has loaded before. What somebody authorizes with is forgotten when the page is left.
/* global SwaggerUIBundle */
import { followTheme, keepSkipLink } from "./docs/guest.js";

const reader = document.getElementById("reader");

// The button that closes their dialog holds a picture only.
const CloseWithName = ({ React: { createElement: h, Fragment } }) => ({
  wrapComponents: {
    CloseIcon: (Icon) => (props) => h(Fragment, null, h(Icon, props), h("span", { className: "visually-hidden" }, "Close")),
  },
});

keepSkipLink();
followTheme((isDark) => document.documentElement.classList.toggle("dark-mode", isDark));

SwaggerUIBundle({
  domNode: reader,
  url: reader.dataset.description,
  deepLinking: true,
  displayRequestDuration: true,
  persistAuthorization: false,
  plugins: [CloseWithName],
  // Nobody else is asked whether the description is valid.
  validatorUrl: null,
  requestInterceptor: (request) => {
    // The API knows no cookies: what is tried here goes with the token that was given, or as nobody.
    request.credentials = "omit";
    return request;
  },
});

// Their dialog closes with its buttons only.
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") reader.querySelector(".close-modal")?.click();
});
