// swift-tools-version: 6.3
// A package of its own, which needs jansson and nothing else: building the library never looks at
// it, and building it fetches nothing.

import PackageDescription

let package = Package(
    name: "responses-sandbox",
    products: [
        .executable(name: "responses-sandbox", targets: ["responses-sandbox"])
    ],
    targets: [
        .target(name: "CLinux"),
        .systemLibrary(name: "CJansson"),
        .executableTarget(
            name: "responses-sandbox",
            dependencies: ["CLinux", "CJansson"],
            swiftSettings: [.swiftLanguageMode(.v6)]),
    ]
)
