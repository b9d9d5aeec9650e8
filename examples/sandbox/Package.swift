// swift-tools-version:6.0
// A package of its own, with no dependency at all: building the library never looks at it, and
// building it fetches nothing.

import PackageDescription

let package = Package(
    name: "responses-sandbox",
    products: [
        .executable(name: "responses-sandbox", targets: ["responses-sandbox"])
    ],
    targets: [
        .target(name: "CLinux"),
        .executableTarget(
            name: "responses-sandbox",
            dependencies: ["CLinux"],
            swiftSettings: [.swiftLanguageMode(.v6)]),
    ]
)
