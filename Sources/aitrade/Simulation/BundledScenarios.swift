import Backtest
import Foundation
import Simulator

/// The scenarios that are part of the program, and those in files.
enum BundledScenarios {
    /// By name; the texts are `Sources/aitrade/Scenarios/NAME.json`.
    static let all: [(name: String, bytes: [UInt8])] = [
        ("calm", PackageResources.calm_json), ("clocks", PackageResources.clocks_json),
        ("crashes", PackageResources.crashes_json), ("drill", PackageResources.drill_json),
        ("far", PackageResources.far_json), ("guards", PackageResources.guards_json),
        ("hands", PackageResources.hands_json), ("kills", PackageResources.kills_json),
        ("network", PackageResources.network_json), ("refusals", PackageResources.refusals_json),
        ("shares", PackageResources.shares_json), ("storm", PackageResources.storm_json),
        ("streams", PackageResources.streams_json),
    ]

    /// The scenario of that name, or the one in that file.
    ///
    /// - Throws: `CommandFailure` naming what is wrong with it.
    static func load(_ name: String) throws -> ChaosScenario {
        if let known = all.first(where: { $0.name == name }) { return try scenario(Data(known.bytes), name) }
        guard let data = FileManager.default.contents(atPath: name) else {
            let names = all.map(\.name).joined(separator: ", ")
            throw CommandFailure(
                .usage, "'\(name)' is neither a scenario nor a file", fix: "one of \(names), or a JSON file")
        }
        return try scenario(data, name)
    }

    private static func scenario(_ data: Data, _ name: String) throws -> ChaosScenario {
        let fix = "docs/chaos.md lists the keys; `aitrade simulate --list` the scenarios"
        do {
            return try JSONDecoder().decode(ChaosScenario.self, from: data)
        } catch let error as ScenarioError {
            throw CommandFailure(.corruptInput, "scenario \(name): \(error)", fix: fix)
        } catch let error as DecodingError {
            throw CommandFailure(.corruptInput, "scenario \(name): \(sentence(error))", fix: fix)
        }
    }

    /// What is wrong with a JSON text, with its place.
    static func sentence(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, let context):
            "'\((context.codingPath + [key]).scenarioPath)' is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "'\(context.codingPath.scenarioPath)' has the wrong type"
        case .dataCorrupted(let context):
            context.codingPath.isEmpty ? "this is no JSON" : "'\(context.codingPath.scenarioPath)' makes no sense"
        @unknown default: "it cannot be read"
        }
    }
}
