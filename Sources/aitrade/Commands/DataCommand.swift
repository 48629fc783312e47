import ArgumentParser

/// `aitrade data`.
struct DataCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract: "Recorded bars: import, download, list, verify.",
        discussion: "Example: aitrade data list",
        subcommands: [DataImport.self, DataDownload.self, DataList.self, DataVerify.self])
}

/// Where the bars are.
struct BarFolderOption: ParsableArguments {
    static let standard = "data_cache/bars"

    @Option(name: .customLong("bars"), help: "Folder of bar files.")
    var folder = BarFolderOption.standard
}
