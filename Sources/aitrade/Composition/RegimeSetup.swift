import Brokers
import Core
import Engine
import Foundation
import Runner

/// The regime's source as configured.
enum RegimeSetup {
    /// A file, or an address of the web.
    ///
    /// - Throws: ``CommandFailure`` (78) when it is neither.
    static func source(_ text: String) throws -> any RegimeSource {
        guard text.contains("://") else { return RegimeFile(path: text) }
        do { return RegimeAddress(name: text, document: try WebDocument(text)) } catch {
            throw CommandFailure(
                .configuration, "RISK_REGIME_SOURCE: \(error)",
                fix: "name a file, or an address with https:// or http://")
        }
    }

    /// All readings of a source, for a backtest.
    ///
    /// - Throws: ``CommandFailure`` when it cannot be read.
    static func readings(_ text: String?) async throws -> [RegimeReading] {
        guard let text else { return [] }
        do { return try RegimeDocument(try await source(text).read()).readings } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(
                .corruptInput, "RISK_REGIME_SOURCE \(text): \(error)", fix: "docs/regime.md shows the form")
        }
    }

    /// What tells a runner events besides its venues.
    static func feed(_ settings: Settings, release: ReleaseChoice) async throws -> (any EventFeed)? {
        var feeds: [any EventFeed] = []
        if let text = settings.risk.regimeSource {
            let feed = RegimeFeed(
                try source(text), uptime: { .nanoseconds(Int64(DispatchTime.now().uptimeNanoseconds)) })
            await feed.start()
            feeds.append(feed)
        }
        if release == .daily { feeds.append(DailyRelease(by: ReleaseChoice.operatorName)) }
        return feeds.isEmpty ? nil : JoinedFeeds(feeds)
    }
}

/// A document on the web.
private struct RegimeAddress: RegimeSource {
    let name: String
    let document: WebDocument

    func read() async throws -> Data { try await document.fetch() }
}
