package import Core

/// What one asset's desk needs to know of the settings.
package struct DeskRules: Hashable, Codable, Sendable {
    package let asset: AssetConfiguration
    package let account: String
    package let artifact: String
    package let limits: RiskLimits
    package let timing: EngineTiming
    package let protection: ProtectionRules
    package let orders: OrderRules
    /// Whether it was configured, rather than found at a venue.
    package let isConfigured: Bool

    package init(asset: AssetConfiguration, of configuration: EngineConfiguration, isConfigured: Bool = true) {
        self.asset = asset
        self.isConfigured = isConfigured
        account = configuration.account
        artifact = configuration.artifact
        limits = configuration.limits
        timing = configuration.timing
        (protection, orders) = (configuration.protection, configuration.orders)
    }

    /// Rules for an instrument that a venue holds for us although nobody configured it: enough to close it.
    package init(foreign symbol: Symbol, broker: BrokerName, of configuration: EngineConfiguration) {
        let unit = FixedDecimal(units: 1)
        let instrument = Instrument(
            symbol: symbol, tick: Price(unit), lotStep: Quantity(unit), minimumQuantity: .zero, minimumNotional: .zero,
            quote: Currency("UNKNOWN"))
        let capabilities =
            configuration.capabilities(of: broker)
            ?? BrokerCapabilities(nativeProtections: false, reduceOnly: true, duplicateSafe: false)
        self.init(
            asset: AssetConfiguration(
                instrument: instrument, broker: broker, capabilities: capabilities, budget: .zero),
            of: configuration, isConfigured: false)
    }

    package var symbol: Symbol { asset.instrument.symbol }
    package var broker: BrokerName { asset.broker }
}
