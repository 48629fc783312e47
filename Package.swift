// swift-tools-version: 6.2
import PackageDescription

// The house: every target names its own neighbours, and the arrows only point down (see ARCHITECTURE.md).
// `make` builds with `--explicit-target-dependency-import-check error`, so an import that is not listed here does not
// compile.

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

/// Lets the compiler use one level of the x86-64 instruction set, for a target whose code is only called where the
/// processor has it.
func level(_ name: String) -> [SwiftSetting] {
    #if arch(x86_64)
        [.unsafeFlags(["-Xcc", "-march=x86-64-\(name)"])]
    #else
        []
    #endif
}

/// One file that runs without Swift's libraries beside it: a start that loads none of them takes a third of the time.
/// The linker of Swift's own toolchain reads them; the rest is what Foundation's archive needs and does not name.
let alone: [LinkerSetting] = [
    .unsafeFlags(
        [
            "-static-stdlib", "-use-ld=lld", "-lCoreFoundation", "-l_FoundationICU", "-l_FoundationCShims",
            "-l_FoundationCollections",
        ], .when(platforms: [.linux]))
]

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nio = ["NIOCore", "NIOPosix", "NIOHTTP1", "NIOWebSocket", "NIOFoundationCompat"].map {
    Target.Dependency.product(name: $0, package: "swift-nio")
}
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let real = Target.Dependency.product(name: "RealModule", package: "swift-numerics")

let package = Package(
    name: "AiTrade",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", exact: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-numerics", exact: "1.1.1"),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: [
        // Pure rooms: no I/O, no clock, no ambient randomness.
        room("Core", [crypto]),
        room("Optimizer", ["Core", real]),
        // One kernel source in three builds: V3 and V4 are symbolic links. Which one runs is chosen at run time.
        .target(name: "CSearchKernel"),
        room("SearchKernel", ["CSearchKernel"]),
        .target(name: "SearchKernelV3", dependencies: ["CSearchKernel"], swiftSettings: strict + level("v3")),
        .target(name: "SearchKernelV4", dependencies: ["CSearchKernel"], swiftSettings: strict + level("v4")),
        room(
            "Signals",
            ["Core", "Optimizer", "CSearchKernel", "SearchKernel", "SearchKernelV3", "SearchKernelV4", real]),
        room("Simulator", ["Core"]),
        room("Engine", ["Core"]),
        room("Backtest", ["Core", "Engine", "Simulator", real]),
        // Shell: all I/O.
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        room("Storage", ["Core", "CZlib", grdb]),
        room("Brokers", ["Core", "Simulator", crypto, logging, httpClient, nioSSL] + nio),
        room("Router", ["Core", "Brokers"]),
        room("Twins", ["Core", "Simulator", crypto] + nio),
        room("Runner", ["Core", "Engine", "Signals", "Router", "Storage", logging]),
        .executableTarget(
            name: "aitrade",
            dependencies: [
                "Core", "Optimizer", "Signals", "Simulator", "Engine", "Backtest", "Storage", "Brokers", "Router",
                "Runner", "Twins", logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            resources: [.embedInCode("Scenarios"), .embedInCode("Presets")],
            swiftSettings: strict, linkerSettings: alone),
        // What the venue client costs; here, because a venue's client is no part of the public API.
        .executableTarget(
            name: "venuebench",
            dependencies: [
                "Core", "Brokers", "Router", "Twins",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ] + nio,
            path: "Benchmarks/Venue",
            swiftSettings: strict),
        // Tests.
        tests("CoreTests", ["Core"]),
        tests("OptimizerTests", ["Core", "Optimizer", real]),
        tests("SignalsTests", ["Signals", "Core", "Optimizer", real], resources: [.copy("Fixtures")]),
        tests("SimulatorTests", ["Core", "Simulator"]),
        tests("BrokersTests", ["Core", "Simulator", "Brokers", "Twins", crypto, nioSSL, logging] + nio),
        tests("RouterTests", ["Core", "Simulator", "Brokers", "Router"]),
        tests("EngineTests", ["Core", "Engine"]),
        tests("BacktestTests", ["Core", "Engine", "Simulator", "Backtest", "Optimizer", "Signals", "Storage"]),
        tests("StorageTests", ["Core", "Storage", grdb]),
        tests(
            "RunnerTests",
            ["Core", "Engine", "Simulator", "Backtest", "Storage", "Brokers", "Router", "Runner", logging]),
        tests("TwinsTests", ["Core", "Simulator", "Twins", crypto, httpClient] + nio),
        tests("AcceptanceTests", ["Core", "Signals"]),
        tests("TidyTests", []),
    ],
    swiftLanguageModes: [.v6]
)

// `Benchmarks/` is a package of its own: what it measures it measures through the public API of the rooms.
package.products = package.targets.filter { $0.type == .regular }.map { .library(name: $0.name, targets: [$0.name]) }
