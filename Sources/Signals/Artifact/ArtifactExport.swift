public import Core

/// An artifact's rows as text for other programs.
public enum ArtifactExport {
    /// The rows as CSV: a header line, then `symbol,time,target,confidence,stop,takeProfit,fold` per row, ascending by
    /// symbol and time. `time` is the bar's close in milliseconds UTC; a missing stop or take-profit is empty.
    public static func csv(_ artifact: SignalsArtifact, symbols: [Symbol]? = nil) -> String {
        var text = "symbol,time,target,confidence,stop,takeProfit,fold\n"
        for row in rows(artifact, symbols) {
            let prices = [row.stop, row.takeProfit].map { $0.map { "\($0)" } ?? "" }.joined(separator: ",")
            text += "\(row.symbol),\(row.time.milliseconds),\(row.target),\(row.confidence),\(prices),\(row.fold)\n"
        }
        return text
    }

    /// The rows as a JSON list of objects with the CSV's names, one row per line; a missing price is left out.
    public static func json(_ artifact: SignalsArtifact, symbols: [Symbol]? = nil) -> String {
        let lines = rows(artifact, symbols).map { row in
            var line = "{\"confidence\":\(row.confidence),\"fold\":\(row.fold)"
            if let stop = row.stop { line += ",\"stop\":\(stop)" }
            line += ",\"symbol\":\"\(row.symbol)\""
            if let takeProfit = row.takeProfit { line += ",\"takeProfit\":\(takeProfit)" }
            return line + ",\"target\":\(row.target),\"time\":\(row.time.milliseconds)}"
        }
        return "[\n" + lines.joined(separator: ",\n") + (lines.isEmpty ? "]\n" : "\n]\n")
    }

    private static func rows(_ artifact: SignalsArtifact, _ symbols: [Symbol]?) -> [SignalRow] {
        artifact.assets.filter { symbols?.contains($0.symbol) ?? true }
            .flatMap { asset in (0..<asset.columns.count).map(asset.row) }
    }
}
