import Brokers
import Core

/// Starts a broker in front of a local venue, and stops both afterwards.
///
/// - Parameters:
///   - largestMarket: What one order at market may be at the most.
///   - symbols: What is watched from the start.
func withTwin(
    _ manner: TwinContractTests.Manner, isDemo: Bool = false, largestMarket: Quantity? = nil,
    hasNewStrategies: Bool = true, symbols: [Symbol] = [BitgetBench.symbol],
    adjust: (inout BitgetSettings) -> Void = { _ in },
    _ body: (BitgetBroker, TwinBench) async throws -> Void
) async throws {
    let twin = try await TwinBench(
        isUnified: manner.isUnified, isHedge: manner.isHedge, isDemo: isDemo, largestMarket: largestMarket,
        hasNewStrategies: hasNewStrategies)
    var settings = TwinContractTests.settings(twin, isSpot: manner.isSpot)
    settings.isDemo = isDemo
    adjust(&settings)
    do {
        try await withClient(settings, watching: symbols) { try await body($0, twin) }
    } catch {
        await twin.stop()
        throw error
    }
    await twin.stop()
}

/// Starts a broker in front of a venue that runs, and stops it afterwards.
func withClient(
    _ settings: BitgetSettings, watching symbols: [Symbol] = [BitgetBench.symbol],
    _ body: (BitgetBroker) async throws -> Void
) async throws {
    let broker = try BitgetBroker(settings)
    do {
        try await broker.start(VenueWatch(symbols: symbols, interval: nil, barsAfter: .epoch))
        try await body(broker)
    } catch {
        await broker.stop()
        throw error
    }
    await broker.stop()
}
