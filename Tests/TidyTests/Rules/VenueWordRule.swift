private let venueWords = ["bitget", "tinkoff", "tinvest", "moex", "binance"]

/// Venues are named only in their own folder of Brokers and where everything is put together; comments may.
func venueWordFindings(_ file: SourceFile) -> [Finding] {
    guard let room = file.room, room != "aitrade", !(room == "Brokers" && !file.folders.isEmpty) else { return [] }
    return file.lines.flatMap { line -> [Finding] in
        let text = ([line.code] + line.strings).joined(separator: " ").lowercased()
        return venueWords.filter { text.contains($0) }.map {
            file.finding(
                line,
                "`\($0)` in \(room): say it in the words of Core (`BrokerName`, `VenueError`), or move it to "
                    + "Sources/Brokers/<Venue> or Sources/aitrade")
        }
    }
}
