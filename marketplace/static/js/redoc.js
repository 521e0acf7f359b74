// Starts ReDoc under the site's content policy.
import { followTheme, keepSkipLink } from "./docs/guest.js";

const READER = "/static/vendor/redoc-3.0.1/redoc.standalone.js";
const root = document.documentElement;
const reader = document.getElementById("reader");

// The word that the policy of this answer knows; ReDoc puts it on the style elements that it makes.
window.__webpack_nonce__ = document.getElementById("start-redoc").nonce;

// The policy would refuse what follows anyway, and say so in the console each time. ReDoc's search tries whether text may
// become code before it gives its work to another thread; without threads it does not try.
window.Worker = undefined;
// The logo beside "API docs by Redocly" is on their host. React writes its address as an attribute and as a property.
const { set, get } = Object.getOwnPropertyDescriptor(HTMLImageElement.prototype, "src");
const isOurs = (address) => /^(data|blob):/.test(address) || new URL(address, location.href).origin === location.origin;
const show = (image, address) => isOurs(address) && set.call(image, address);
Object.defineProperty(HTMLImageElement.prototype, "src", { get, set(address) { show(this, address); } });
HTMLImageElement.prototype.setAttribute = function (name, value) {
  if (name === "src") show(this, value);
  else Element.prototype.setAttribute.call(this, name, value);
};
// What it remembers of its layout would travel with every request to the site.
Object.defineProperty(document, "cookie", { get: () => "", set() {} });

keepSkipLink();
followTheme((isDark) => {
  root.classList.toggle("dark", isDark);
  root.classList.toggle("light", !isDark);
});

const { init } = await import(READER);
init(reader.dataset.description, { disableTelemetry: true }, reader);
