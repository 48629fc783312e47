// swift-tools-version: 6.2
import PackageDescription

// The house: every target names its own neighbours, and the arrows only point down (see ARCHITECTURE.md).
// `make` builds with `--explicit-target-dependency-import-check error`, so an import that is not listed here does not compile.

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

func room(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let collections = Target.Dependency.product(name: "Collections", package: "swift-collections")
let real = Target.Dependency.product(name: "RealModule", package: "swift-numerics")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")

let package = Package(
    name: "AiTrade",
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    ],
    targets: [
        // Pure rooms: no I/O, no clock, no ambient randomness.
        room("Core", [crypto]),
        room("Engine", ["Core"]),
        // Shell: all I/O.
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        room("Storage", ["Core", "CZlib", grdb]),
        // Tests.
        tests("CoreTests", ["Core"]),
        tests("StorageTests", ["Core", "Storage", grdb]),
    ],
    swiftLanguageModes: [.v6]
)
