// swift-tools-version: 6.3
import PackageDescription

// Release is Embedded Swift: the library then needs libcurl, jansson and libc, and nothing of Swift. Debug is full Swift from the same files, so that Swift Testing runs on them. With
// RESPONSES_RUNTIME=full a release build carries the static full runtime instead: the way back,
// should the experimental Embedded feature change (docs/adr/0001-embedded-swift.md).
let fullRuntime = Context.environment["RESPONSES_RUNTIME"] == "full"
let versionScript = "\(Context.packageDirectory)/abi/responses.map"

// DWARF 4, as valgrind up to 3.19 gives up on version 5, the default.
// Small code, but for the functions on the way of an event, which say `@_optimize(speed)`.
// The same bytes wherever it is built: paths are relative to this folder, and no hash for a next build is left
// in the object files.
let coreSettings: [SwiftSetting] =
    fullRuntime
    ? [.unsafeFlags(["-static-stdlib"])]
    : [
        .enableExperimentalFeature("Embedded", .when(configuration: .release)),
        .unsafeFlags(
            [
                "-wmo", "-Osize", "-enforce-exclusivity=unchecked", "-Xfrontend",
                "-function-sections", "-dwarf-version=4",
                "-file-prefix-map", "\(Context.packageDirectory)=.",
                "-Xfrontend", "-no-clang-module-breadcrumbs",
                "-Xfrontend", "-disable-incremental-llvm-codegen",
            ], .when(configuration: .release)),
    ]

let linkerSettings: [LinkerSetting] =
    [
        .linkedLibrary("curl"),
        .linkedLibrary("jansson"),
        .unsafeFlags(
            [
                "-Xlinker", "--version-script=\(versionScript)",
                "-Xlinker", "-soname", "-Xlinker", "libresponses.so.0",
                "-Xlinker", "-z", "-Xlinker", "defs",
                "-Xlinker", "-z", "-Xlinker", "now",
                "-Xlinker", "-z", "-Xlinker", "relro",
                "-Xlinker", "-z", "-Xlinker", "nodelete",
                "-use-ld=lld",
                "-Xlinker", "--gc-sections", "-Xlinker", "--icf=all",
            ], .when(configuration: .release)),
    ] + (fullRuntime ? [.unsafeFlags(["-static-stdlib"]), .linkedLibrary("m")] : [])

let package = Package(
    name: "responses",
    products: [
        .library(name: "responses", type: .dynamic, targets: ["ResponsesABI"])
    ],
    targets: [
        .systemLibrary(name: "CResponses", path: "include"),
        .systemLibrary(name: "CJansson", path: "Sources/CJansson", pkgConfig: "jansson"),
        .systemLibrary(name: "CCurl", path: "Sources/CCurl", pkgConfig: "libcurl"),
        .target(
            name: "CPlatform", path: "Sources/CPlatform",
            cSettings: [
                .unsafeFlags(["-gdwarf-4", "-ffile-prefix-map=\(Context.packageDirectory)=."])
            ]),
        .target(
            name: "Responses",
            dependencies: ["CCurl", "CJansson", "CPlatform"],
            path: "Sources/Responses",
            swiftSettings: coreSettings),
        .target(
            name: "ResponsesABI",
            dependencies: ["Responses", "CResponses", "CJansson", "CPlatform"],
            path: "Sources/ResponsesABI",
            swiftSettings: coreSettings,
            linkerSettings: linkerSettings),
        .testTarget(
            name: "ResponsesTests",
            dependencies: ["Responses"],
            path: "Tests/unit"),
    ],
    swiftLanguageModes: [.v5]
)
