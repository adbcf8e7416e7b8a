/* The map of halls and hotspots: shows what the list shows, drawn with our own outlines, and with
   pictures of a tile server where the operator named one. Everything on it is in the list, too. */
(() => {
  "use strict";
  const box = document.querySelector("[data-map]");
  const L = window.L;
  if (!box || !L) {
    return;
  }
  const { outlines, tiles, city, nearer, farther, close } = box.dataset;
  const chinese = document.documentElement.lang.startsWith("zh");
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const COUNTIES_FROM = 9;
  const CITIES_FROM = 6.5;
  const NEAREST = 8;
  const canvas = box.querySelector("[data-canvas]");
  box.hidden = false;

  const map = L.map(canvas, {
    attributionControl: false,
    zoomControl: false,
    scrollWheelZoom: false,
    zoomSnap: 0.5,
    minZoom: 5,
    maxZoom: tiles ? 18 : 14,
    zoomAnimation: !still,
    fadeAnimation: !still,
    markerZoomAnimation: !still,
  });
  L.control.zoom({ position: "bottomright", zoomInTitle: nearer, zoomOutTitle: farther }).addTo(map);
  // The wheel scrolls the page until somebody is on the map.
  map.on("focus", () => map.scrollWheelZoom.enable());
  map.on("blur", () => map.scrollWheelZoom.disable());
  if (tiles) {
    // Tile servers want to know which site asks; they learn no more than that.
    L.tileLayer(tiles, { maxZoom: 18, referrerPolicy: "origin" }).addTo(map);
    canvas.dataset.tiles = "";
  }

  const place = (element) => L.latLng(Number(element.dataset.latitude), Number(element.dataset.longitude));
  const pin = (row) => {
    const { state, waiting } = row.dataset;
    const drawn = document.createElement("span");
    drawn.className = `pin__dot pin__dot--${state}`;
    drawn.append(box.querySelector(`template[data-pin="${state}"]`).content.cloneNode(true));
    if (waiting) {
      const count = document.createElement("b");
      count.className = "pin__waiting figure";
      count.textContent = waiting;
      drawn.append(count);
    }
    return L.divIcon({ className: "pin", html: drawn, iconSize: [44, 44], popupAnchor: [0, -12] });
  };
  const told = (row) => {
    const said = document.createElement("div");
    said.className = "map__told";
    for (const part of row.children) {
      said.append(part.cloneNode(true));
    }
    said.querySelector("[data-show]").remove();
    return said;
  };

  let asked = null;
  const pins = [...document.querySelectorAll("[data-place]")].map((row) => {
    const marker = L.marker(place(row), {
      icon: pin(row),
      keyboard: false, // the list has the same, in order
      title: row.querySelector("strong").textContent,
    });
    marker.bindPopup(() => told(row), { minWidth: 200, maxWidth: 260, autoPanPadding: [12, 12] });
    const button = row.querySelector("[data-show]");
    button.hidden = false;
    button.addEventListener("click", () => {
      asked = button;
      box.scrollIntoView({ block: "nearest", behavior: still ? "auto" : "smooth" });
      map.setView(marker.getLatLng(), Math.max(map.getZoom(), COUNTIES_FROM), { animate: !still });
      marker.openPopup();
      const said = marker.getPopup().getElement();
      said.tabIndex = -1;
      said.focus({ preventScroll: true });
    });
    return marker.addTo(map);
  });
  map.on("popupopen", ({ popup }) => {
    const cross = popup.getElement().querySelector(".leaflet-popup-close-button");
    cross.setAttribute("aria-label", close);
    cross.title = close;
  });
  canvas.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      map.closePopup();
    }
  });
  map.on("popupclose", () => {
    // Whoever came from the list goes back to where they were, unless they went on elsewhere; a
    // popup that is gone leaves nobody anywhere.
    const { activeElement, body } = document;
    if (asked && (activeElement === body || canvas.contains(activeElement))) {
      asked.focus();
    }
    asked = null;
  });

  // The nearest few say more than all of them, which may be far away.
  const first = "longitude" in box.dataset ? NEAREST : pins.length;
  const around = L.latLngBounds(pins.slice(0, first).map((one) => one.getLatLng()));
  if ("longitude" in box.dataset) {
    const here = place(box);
    const mark = document.createElement("span");
    mark.className = "pin__dot pin__dot--here";
    const icon = L.divIcon({ className: "pin", html: mark, iconSize: [44, 44] });
    L.marker(here, { icon, keyboard: false, interactive: false, zIndexOffset: 1000 }).addTo(map);
    around.extend(here);
  }
  const scale = () => {
    const zoom = map.getZoom();
    canvas.dataset.scale = zoom >= COUNTIES_FROM ? "near" : zoom >= CITIES_FROM ? "middle" : "far";
  };
  map.on("zoomend", scale);
  map.fitBounds(around, { padding: [28, 28], maxZoom: 12, animate: false });
  scale();

  /* The outlines, with the names of counties and cities. */
  const label = (at, text, kind) => {
    const drawn = document.createElement("span");
    drawn.textContent = text;
    const icon = L.divIcon({ className: `map__label map__label--${kind}`, html: drawn, iconSize: [0, 0] });
    L.marker(at, { icon, keyboard: false, interactive: false, zIndexOffset: -1000 }).addTo(map);
  };
  const draw = (found) => {
    const cities = new Map();
    L.geoJSON(found, {
      interactive: false,
      style: ({ properties }) => ({
        className: properties.city === city ? "map__area map__area--here" : "map__area",
      }),
      onEachFeature: ({ properties }, layer) => {
        const name = chinese ? properties.city_zh : properties.city_en;
        const county = chinese ? properties.county_zh : properties.county_en;
        const bounds = layer.getBounds();
        if (county) {
          label(bounds.getCenter(), county, "county");
        }
        cities.set(name, (cities.get(name) || L.latLngBounds([])).extend(bounds));
      },
    }).addTo(map);
    for (const [name, bounds] of cities) {
      label(bounds.getCenter(), name, "city");
    }
    const schematic = found.features.some(({ properties }) => properties.schematic);
    box.querySelector("[data-schematic]").hidden = !schematic;
    canvas.dataset.drawn = "";
  };
  if (outlines) {
    fetch(outlines)
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer)))
      .then(draw)
      .catch(() => {}); // without outlines the places are still there
  }
})();
