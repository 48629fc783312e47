// swift-tools-version: 6.2
import PackageDescription

// What is measured is linked as a user of the house would link it: through the public API of its rooms.

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

func room(_ name: String) -> Target.Dependency { .product(name: name, package: "AiTrade") }

let package = Package(
    name: "Benchmarks",
    dependencies: [
        .package(name: "AiTrade", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    ],
    targets: [
        .executableTarget(
            name: "bench",
            dependencies: [
                room("Core"), room("Optimizer"), room("Simulator"), room("Engine"), room("Backtest"), room("Signals"),
                room("Storage"),
                room("Brokers"), room("Router"), room("Runner"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict)
    ],
    swiftLanguageModes: [.v6]
)
