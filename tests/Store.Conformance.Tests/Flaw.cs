namespace GlanceStore.Conformance;

/// <summary>A promise of the contract that a driver breaks.</summary>
public enum Flaw
{
    None,
    AbandonedWritesLeaveLitter,
    DeletesLeaveLitter,
    ImagesAreVisibleBeforeTheCommit,
    CreatorsOverwriteEachOther,
    TakenIdsAreTransient,
    ChunksAreStoredAsTheyArrive,
    BuffersAreKept,
    RangesAreOneByteOff,
    RangesEndEarly,
    RangesGoOn,
    SizesAreOfTheRange,
    VersionTagsNeverChange,
    AbsenceOfAnImageIsNoError,
    CancellationIsIgnored,
    DeletesOfNothingAreTrue,
    IdsAreFolded,
    SecretsStayInTheError,
    SizesAreWrong,
    SmallImagesAreLost,
}
