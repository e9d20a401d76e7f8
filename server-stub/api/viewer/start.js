// SPDX-License-Identifier: Apache-2.0
// Shows the contract, for reading: nothing is sent from this page and no key is asked for.
"use strict";

SwaggerUIBundle({
    url: "openapi.json",
    dom_id: "#viewer",
    layout: "BaseLayout",
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    filter: true,
    supportedSubmitMethods: [],
    queryConfigEnabled: false,
    validatorUrl: null,
    plugins: [() => ({ wrapComponents: { authorizeBtn: () => () => null, authorizeOperationBtn: () => () => null } })],
});
